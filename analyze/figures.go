package analyze

// askedFigures answers the plan's figures that have no limit, as targets are
// answered: at the peak, with the whole run beside it.
func (c *context) askedFigures() []TargetResult {
	var out []TargetResult
	for _, t := range c.plan.Figures {
		r := c.judgeTarget(t)
		r.Status = NotMeasured
		if r.Actual.Measured() {
			r.Why = ""
		}
		out = append(out, r)
	}
	return out
}
