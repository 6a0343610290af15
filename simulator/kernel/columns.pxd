# Without types of its own: that the module is compiled with the others tells it which of the two speeds this is.
