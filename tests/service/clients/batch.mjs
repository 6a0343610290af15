// The whole life of a pool and a job, as @azure/batch has it.
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";

const [url, key] = process.argv.slice(2);
const client = new BatchServiceClient(new BatchSharedKeyCredentials("simaccount", key), url);
const pause = () => new Promise((done) => setTimeout(done, 200));
const imageReference = { publisher: "canonical", offer: "0001-com-ubuntu-server-jammy", sku: "22_04-lts" };
const virtualMachineConfiguration = { imageReference, nodeAgentSKUId: "batch.node.ubuntu 22.04" };

await client.pool.add({ id: "p", vmSize: "standard_d2s_v3", targetDedicatedNodes: 3, virtualMachineConfiguration });
await client.job.add({ id: "j", poolInfo: { poolId: "p" } });
const line = (n) => (n === 999 ? "/bin/bash -c 'exit 3'" : "/bin/bash -c 'sleep 30'");
const bodies = Array.from({ length: 1000 }, (_, n) => ({ id: `t${n}`, commandLine: line(n) }));
for (let n = 0; n < 1000; n += 100) await client.task.addCollection("j", bodies.slice(n, n + 100));
while ((await client.job.getTaskCounts("j")).taskCounts.completed < 1000) await pause();

let count = 0;
let page = await client.task.list("j", { taskListOptions: { maxResults: 300 } });
for (count = page.length; page.odatanextLink; count += page.length) page = await client.task.listNext(page.odatanextLink);
const filter = "executionInfo/result eq 'failure'";
const failed = await client.task.list("j", { taskListOptions: { filter } });
console.log(`${count} [${failed.map((task) => `('${task.id}', ${task.executionInfo.exitCode})`)}]`);
const file = await client.file.getFromTask("j", "t7", "stdout.txt");
console.log((await new Response(file.readableStreamBody).text()).trim());

await client.pool.enableAutoScale("p", { autoScaleFormula: "$TargetDedicatedNodes=1;" });
while ((await client.pool.get("p")).currentDedicatedNodes > 1) await pause();
console.log((await client.pool.get("p")).autoScaleRun.results.split(";")[0]);
await client.job.deleteMethod("j");
await client.pool.deleteMethod("p");
while (await client.pool.exists("p").then((found) => found.body, () => false)) await pause();
console.log(`[${await client.job.list()}] [${await client.pool.list()}]`);
