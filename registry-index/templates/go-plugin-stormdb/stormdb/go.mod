module github.com/elchinoo/stormdb

go 1.19
