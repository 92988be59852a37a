module examples/gzip

go 1.19
