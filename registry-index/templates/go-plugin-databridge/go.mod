module github.com/shawntherrien/databridge/plugins/{{name}}

go 1.19

require github.com/shawntherrien/databridge v0.0.0

replace github.com/shawntherrien/databridge => ./databridge
