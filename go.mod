module github.com/peakload/peakload

go 1.26
