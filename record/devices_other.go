//go:build !linux

package record

import "strings"

// wholeDisk reports whether a block device is a disk: elsewhere than on Linux
// only disks are listed.
func wholeDisk(string) bool { return true }

// card reports whether a network interface is a device of the machine, as far
// as its name tells.
func card(name string) bool { return strings.HasPrefix(name, "en") || strings.HasPrefix(name, "Eth") }
