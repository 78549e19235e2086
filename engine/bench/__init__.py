"""The benchmarks behind `visavis bench`."""
