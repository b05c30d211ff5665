package json

// documentOf counts what became of the blanks.
func documentOf(d DocumentInfo) document {
	s := d.Summary
	out := document{File: d.File, Blanks: s.Blanks, Filled: s.Filled, NotMeasured: d.NotMeasured, Kept: []remark{}, Unknown: []remark{}}
	for _, r := range s.Kept {
		out.Kept = append(out.Kept, remark{r.Line, r.What})
	}
	for _, r := range s.Unknown {
		out.Unknown = append(out.Unknown, remark{r.Line, r.What})
	}
	return out
}
