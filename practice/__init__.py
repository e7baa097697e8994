"""The practice fleet: simulated machines behind real SSH servers on loopback, with faults to inject."""
