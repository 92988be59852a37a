module examples/host

go 1.19
