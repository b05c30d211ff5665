package record

import "os"

// wholeDisk reports whether a block device is a disk, not a part of one nor a
// device made of others.
func wholeDisk(name string) bool {
	_, err := os.Stat("/sys/block/" + name + "/device")
	return err == nil
}

// card reports whether a network interface is a device of the machine.
func card(name string) bool {
	_, err := os.Stat("/sys/class/net/" + name + "/device")
	return err == nil
}
