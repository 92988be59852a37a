module plugin.example/{{publisher}}/{{name}}

go 1.19
