package json

import "github.com/peakload/peakload/analyze"

type capacity struct {
	Outcome         string   `json:"outcome"`
	MaxUsers        figure   `json:"max_users"`
	MaxRPS          figure   `json:"max_rps"`
	BreakingPoint   figure   `json:"breaking_point_users"`
	BreakingMetric  *string  `json:"breaking_metric"`
	Recovery        figure   `json:"recovery_s"`
	RecoveryOutcome string   `json:"recovery_outcome"`
	BreakingTarget  *string  `json:"breaking_target"`
	Model           bool     `json:"model"` // the breaking point rests on a queueing model, not on levels seen
	BrokeAt         *float64 `json:"broke_at_s"`
	Knee            figure   `json:"knee_users"`
	ThinkTime       figure   `json:"think_time_s"`
	Shape           string   `json:"shape"`
	Why             string   `json:"why"`
	Said            said     `json:"text"`
	Notes           said     `json:"notes"`
	Levels          []level  `json:"levels"`
	Generator       string   `json:"load_generator_late"`
	GeneratorWhy    string   `json:"load_generator_why"`
	USL             *usl     `json:"usl"` // a description; null: not fitted
}

// said is the document's four cells.
type said struct {
	MaxUsers string `json:"max_users"`
	MaxRPS   string `json:"max_rps"`
	Breaking string `json:"breaking_point"`
	Recovery string `json:"recovery"`
}

type level struct {
	Users   *float64 `json:"users"`
	Start   *float64 `json:"start_s"`
	End     *float64 `json:"end_s"`
	Goodput figure   `json:"goodput"`
	window
	Broken bool    `json:"broken"`
	By     *string `json:"by"`
}

type usl struct {
	Gamma *float64 `json:"gamma"`
	Alpha *float64 `json:"alpha"`
	Beta  *float64 `json:"beta"`
	R2    *float64 `json:"r2"`
}

func capacityOf(c analyze.Capacity) capacity {
	out := capacity{
		Outcome: c.Outcome.String(), MaxUsers: users(c.MaxUsers), MaxRPS: perSecond(c.MaxRPS), BreakingPoint: users(c.Breaking),
		BreakingMetric: stated(c.BreakingMetric), BreakingTarget: stated(c.BreakingTarget), Model: c.Model, BrokeAt: finite(c.BrokeAt),
		Recovery: seconds(c.Recovery), RecoveryOutcome: c.RecoveryOutcome.String(), Knee: users(c.Knee), ThinkTime: seconds(c.ThinkTime),
		Shape: c.Shape, Why: c.Why, Levels: []level{}, Generator: c.Generator.String(), GeneratorWhy: c.GeneratorWhy,
		Said:  said{c.MaxUsersText, c.MaxRPSText, c.BreakingText, c.RecoveryText},
		Notes: said{c.MaxUsersNote, c.MaxRPSNote, c.BreakingNote, c.RecoveryNote},
	}
	for _, l := range c.Levels {
		out.Levels = append(out.Levels, level{Users: finite(l.Users), Start: finite(l.Start), End: finite(l.End), Goodput: perSecond(l.Goodput),
			window: windowOf(l.Window), Broken: l.Broken, By: stated(l.By)})
	}
	if u := c.USL; u != nil {
		out.USL = &usl{finite(u.Gamma), finite(u.Alpha), finite(u.Beta), finite(u.R2)}
	}
	return out
}
