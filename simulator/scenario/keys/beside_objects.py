"""Keys of objects in the service's bodies that no type of the format describes, by the name of the object."""

from collections.abc import Mapping
from typing import Final

from simulator.scenario.keys.beside_rows import Beside, Keys, acts, not_yet

_NAMED: Final[Keys] = {
    "name": acts("Name of the variable; those that begin with SIM_ are read.", values="a text"),
    "value": acts("Its value.", values="a text"),
}
_RESOURCE: Final[Keys] = {
    "autoStorageContainerName": Beside("Container of the account's own storage."),
    "storageContainerUrl": Beside("Address of a container of files."),
    "httpUrl": Beside("Address of one file."),
    "blobPrefix": Beside("Which files of the container are fetched."),
    "filePath": Beside("Where the files go on the node."),
    "fileMode": Beside("Rights of the files."),
    "identityReference": Beside("Identity by which they are fetched."),
}
_REGISTRY: Final[Keys] = {
    "registryServer": Beside("Address of the registry."),
    "username": Beside("Name of its user."),
    "password": Beside("Password of its user."),
    "identityReference": Beside("Identity instead of a user."),
}
_PAIR: Final[Keys] = {"name": Beside("Name of a pair."), "value": Beside("Value of a pair.")}
_MOUNTED: Final[Keys] = {
    "relativeMountPath": Beside("Folder of the node where it is mounted."),
    "mountOptions": Beside("Options of the mount."),
}
_ACCOUNT: Final[Keys] = {
    "accountName": Beside("Name of the storage account."),
    "accountKey": Beside("Key of the storage account."),
}
_ENDPOINT: Final[Keys] = {
    "inVMAccessControlProfileReferenceId": Beside("Profile of what may be reached."),
    "mode": Beside("Whether it is only watched or enforced."),
}
BESIDE_OBJECTS: Final[Mapping[str, Keys]] = {
    "prices": {
        "region": acts("Region of which the shipped prices hold, such as westeurope.", values="a text"),
        "file": acts("Saved answer of the public retail-prices service, relative to the scenario.", values="a text"),
    },
    "vmSkuProfile": {
        "vmSizes": acts("Sizes that nodes may be of, 1 to 5 of one family and with equally many cores."),
        "allocationStrategy": acts(
            "Which size is preferred: the cheapest, the first, or the one of the lowest rank.",
            words=("lowestPrice", "capacityOptimized", "prioritized"),
        ),
    },
    "vmSizes": {
        "name": acts("Name of the size.", values="a text"),
        "rank": acts("Place of the size, under prioritized: the lowest first.", values="a whole number"),
    },
    "hardwareProfile": {"vmSizeProperties": Beside("How the size is changed.")},
    "vmSizeProperties": {
        "vCPUsAvailable": Beside("Cores that nodes have."),
        "vCPUsPerCore": Beside("Virtual cores on each physical one."),
    },
    "resiliencyPolicy": {"zoneAllocationPolicy": Beside("How zones are used.")},
    "zoneAllocationPolicy": {
        "maxZoneCount": Beside("Most zones that are used."),
        "maxInstancePercentPerZonePolicy": Beside("Share of the nodes in one zone."),
    },
    "maxInstancePercentPerZonePolicy": {
        "enabled": Beside("Whether that share is bounded."),
        "value": Beside("Most nodes in one zone, in percent of the pool."),
    },
    "environmentSettings": _NAMED,
    "commonEnvironmentSettings": _NAMED,
    "applicationPackageReferences": {
        "applicationId": acts("Application; `simulation.downloads` of the pool says how large it is.", values="a text"),
        "version": acts("Version of it, where `simulation.downloads` names one.", values="a text"),
    },
    "containerSettings": {
        "imageName": acts("Image; `simulation.downloads` of the pool says how large it is.", values="a text"),
        "containerRunOptions": Beside("Options of the runtime."),
        "registry": Beside("Where the image comes from, with its credentials."),
        "workingDirectory": Beside("Where the command runs inside of the container."),
        "containerHostBatchBindMounts": Beside("Which folders of the node the container sees."),
    },
    "resourceFiles": _RESOURCE,
    "commonResourceFiles": _RESOURCE,
    "metadata": _PAIR,
    "windowsConfiguration": {
        "enableAutomaticUpdates": not_yet(
            "Whether Windows updates itself.", "updates may restart nodes and take their tasks with them"
        ),
    },
    "ephemeralOSDiskSettings": {"placement": Beside("On which local disk the OS disk is.")},
    "outputFiles": {
        "filePattern": Beside("Which files are uploaded."),
        "destination": Beside("Where they go."),
        "uploadOptions": acts("When they are uploaded."),
    },
    "uploadOptions": {
        "uploadCondition": acts("After which end.", words=("taskcompletion", "tasksuccess", "taskfailure"))
    },
    "destination": {"container": Beside("Container of a storage account.")},
    "container": {
        "path": Beside("Folder or file in the container."),
        "containerUrl": Beside("Address of the container."),
        "identityReference": Beside("Identity by which they are uploaded."),
        "uploadHeaders": Beside("Headers of the uploads."),
    },
    "uploadHeaders": _PAIR,
    "identityReference": {"resourceId": Beside("Id of the identity.")},
    "userIdentity": {
        "username": Beside("Name of a user account of the pool."),
        "autoUser": Beside("User that the service makes."),
    },
    "autoUser": {
        "scope": Beside("Whether tasks share it."),
        "elevationLevel": Beside("Whether it is an administrator."),
    },
    "authenticationTokenSettings": {"access": Beside("Parts of the account that may be asked.")},
    "userAccounts": {
        "name": Beside("Name of the user."),
        "password": Beside("Password of the user."),
        "elevationLevel": Beside("Whether it is an administrator."),
        "linuxUserConfiguration": Beside("What only users of Linux have."),
        "windowsUserConfiguration": Beside("What only users of Windows have."),
        "sshPrivateKey": Beside("Key of the user, in interfaces of 2017."),
    },
    "linuxUserConfiguration": {
        "uid": Beside("Number of the user."),
        "gid": Beside("Number of its group."),
        "sshPrivateKey": Beside("Key by which it reaches other nodes."),
    },
    "windowsUserConfiguration": {"loginMode": Beside("Whether it logs in like a person or like a service.")},
    "certificateReferences": {
        "thumbprint": Beside("Which certificate it is."),
        "thumbprintAlgorithm": Beside("How the thumbprint is made, in interfaces up to 2024."),
        "storeLocation": Beside("In whose store it is installed."),
        "storeName": Beside("Name of the store."),
        "visibility": Beside("Which users see it."),
    },
    "mountConfiguration": {
        "azureBlobFileSystemConfiguration": Beside("Container that is mounted."),
        "nfsMountConfiguration": Beside("NFS share that is mounted."),
        "cifsMountConfiguration": Beside("CIFS share that is mounted."),
        "azureFileShareConfiguration": Beside("File share of a storage account that is mounted."),
    },
    "azureBlobFileSystemConfiguration": {
        **_ACCOUNT,
        "containerName": Beside("Name of the container."),
        "relativeMountPath": _MOUNTED["relativeMountPath"],
        "sasKey": Beside("Signature that allows to read it."),
        "blobfuseOptions": Beside("Options of the mount."),
        "identityReference": Beside("Identity by which it is mounted."),
    },
    "nfsMountConfiguration": {"source": Beside("Address of the share."), **_MOUNTED},
    "cifsMountConfiguration": {
        "username": Beside("Name of its user."),
        "password": Beside("Password of its user."),
        "source": Beside("Address of the share."),
        **_MOUNTED,
    },
    "azureFileShareConfiguration": {**_ACCOUNT, "azureFileUrl": Beside("Address of the share."), **_MOUNTED},
    "extensions": {
        "name": Beside("Name of the extension."),
        "publisher": Beside("Publisher of the extension."),
        "type": Beside("Which of the publisher's extensions it is."),
        "typeHandlerVersion": Beside("Version of the extension."),
        "autoUpgradeMinorVersion": Beside("Whether a newer minor version is installed."),
        "enableAutomaticUpgrade": Beside("Whether it is upgraded on live nodes."),
        "settings": Beside("Settings of the extension."),
        "protectedSettings": Beside("Secret settings of the extension."),
        "provisionAfterExtensions": Beside("Extensions that are installed before it."),
    },
    "diskEncryptionConfiguration": {
        "targets": Beside("Which disks are encrypted."),
        "customerManagedKey": Beside("Key of the user's own."),
    },
    "customerManagedKey": {
        "keyUrl": Beside("Address of the key."),
        "rotationToLatestKeyVersionEnabled": Beside("Whether newer versions of it are taken."),
        "identityReference": Beside("Identity by which it is read."),
    },
    "securityProfile": {
        "encryptionAtHost": Beside("Whether the host encrypts disks."),
        "securityType": Beside("Trusted launch or confidential VMs."),
        "uefiSettings": Beside("Settings of secure boot."),
        "proxyAgentSettings": Beside("Settings of the proxy agent."),
    },
    "uefiSettings": {
        "secureBootEnabled": Beside("Whether boot is secured."),
        "vTpmEnabled": Beside("Whether there is a virtual TPM."),
    },
    "proxyAgentSettings": {
        "enabled": Beside("Whether the agent is on."),
        "imds": Beside("What it does with the metadata service.", holds="proxyEndpoint"),
        "wireServer": Beside("What it does with the wire server.", holds="proxyEndpoint"),
    },
    "proxyEndpoint": _ENDPOINT,
    "diskSecurity": {
        "securityEncryptionType": Beside("What of the disk is encrypted."),
        "diskEncryptionSet": Beside("With which keys a disk of confidential VMs is encrypted."),
    },
    "diskEncryptionSet": {"id": Beside("Id of the set.")},
    "serviceArtifactReference": {"id": Beside("Id of the artifact.")},
    "containerRegistries": _REGISTRY,
    "registry": _REGISTRY,
    "containerHostBatchBindMounts": {
        "source": Beside("Folder of the node."),
        "isReadOnly": Beside("Whether it can only be read."),
    },
    "ipTags": {"ipTagType": Beside("Kind of the tag."), "tag": Beside("The tag.")},
    "exitConditions": {
        "exitCodes": acts("What follows from single exit codes: `code` and `exitOptions`."),
        "exitCodeRanges": acts("What follows from ranges of exit codes: `start`, `end` and `exitOptions`."),
        "preProcessingError": acts("What follows where the task could not start.", "exitOptions"),
        "fileUploadError": acts("What follows where its output could not be uploaded.", "exitOptions"),
        "default": acts("What follows from every other failure.", "exitOptions"),
    },
    "exitCodes": {
        "code": acts("Exit code.", values="a whole number"),
        "exitOptions": acts("What follows from it."),
    },
    "exitCodeRanges": {
        "start": acts("First exit code of the range.", values="a whole number"),
        "end": acts("Last exit code of the range.", values="a whole number"),
        "exitOptions": acts("What follows from them."),
    },
    "exitOptions": {
        "jobAction": acts(
            "What becomes of the job, if its `onTaskFailure` allows it.", values="`none`, `disable`, `terminate`"
        ),
        "dependencyAction": acts("Whether tasks that depend on it may start.", values="`satisfy`, `block`"),
    },
    "networkSecurityGroupRules": {
        "priority": Beside("Order of the rule, from 150 to 4096, each only once."),
        "access": Beside("Whether the rule allows or denies."),
        "sourceAddressPrefix": Beside("Whom the rule is about."),
        "sourcePortRanges": Beside("Which ports the rule is about."),
    },
}
"""By key of the object, or of the list of such objects."""
