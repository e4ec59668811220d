"""Studies: arms that differ in a setting, run step by step, measured in pairs and reported."""
