//go:build !unix

package applog

import "time"

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
