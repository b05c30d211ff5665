package form

// Afresh returns the document as it was read, to be filled once more.
func (d *Doc) Afresh() (*Doc, error) {
	again, err := Parse(d.Name, d.given)
	if err != nil {
		return nil, err
	}
	if d.overwrite {
		again.Overwrite()
	}
	return again, nil
}

// Read returns the document as it was read.
func (d *Doc) Read() []byte { return d.given }
