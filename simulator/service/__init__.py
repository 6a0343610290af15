"""The service's interface on virtual time: requests are done to a simulation, and answered as the service does.

Everything here but `app` is plain values in and out; `app` is the only module that knows the web server.
"""
