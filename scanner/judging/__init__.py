"""What findings mean: scope, waivers, controls and the gate."""
