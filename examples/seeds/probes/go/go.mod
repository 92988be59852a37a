module example/probe

go 1.19
