module github.com/shawntherrien/databridge

go 1.19
