package host

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peakload/peakload/analyze/input/internal/capture"
	"github.com/peakload/peakload/analyze/loadtest"
)

// figures prints tracks, one line each: values at seconds after the base.
func figures(tracks []loadtest.Track) string {
	const base = 1795459218 // 2026-11-23T18:40:18Z
	var b strings.Builder
	for _, k := range tracks {
		fmt.Fprintf(&b, "%s/%s %s", k.Component, k.Instance, k.Metric)
		for i, v := range k.Value {
			fmt.Fprintf(&b, " %.6g@%g", v, k.Time[i]-base)
		}
		if k.Local {
			b.WriteString(" local")
		}
		b.WriteString("\n")
	}
	return b.String()
}

const (
	at  = "2026-11-23T18:40:18Z\n"
	at2 = "2026-11-23T18:40:20Z\n"
)

var tools = []struct{ name, text, want string }{
	{"top: the first iteration gives no cpu", at + `top - 18:40:18 up 40 min,  0 user,  load average: 6.64, 6.00, 4.34
Tasks: 114 total,   7 running, 107 sleeping,   0 stopped,   0 zombie
%Cpu(s): 50.0 us, 50.0 sy,  0.0 ni,  0.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
MiB Mem :  1000.0 total,  300.0 free,    200.0 used,   500.0 buff/cache
MiB Swap:      0.0 total,      0.0 free,      0.0 used.  700.0 avail Mem
`, `host/ load_1m 6.64@0
host/ memory_limit_bytes 1.04858e+09@0
host/ memory_bytes 2.09715e+08@0
host/ memory_available_bytes 7.34003e+08@0
host/ swap_used_bytes 0@0
`},
	{"top: grep Cpu(s)", at + "%Cpu(s):  0.0 us,100.0 sy,  0.0 ni,  0.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n", ""},
	{"top -bn2: the second iteration counts, whole list", at + `top - 20:40:18 up 40 min,  0 user,  load average: 0,64, 0,00, 0,34
Tasks:   3 total,   1 running, 2 sleeping,   0 stopped,   0 zombie
%Cpu(s):  0,0 us,100,0 sy,  0,0 ni,  0,0 id,  0,0 wa,  0,0 hi,  0,0 si,  0,0 st
KiB Mem :  1000000 total,  300000 free,    200000 used,   500000 buff/cache
KiB Swap:  1000 total,      0 free,      4 used.  700000 avail Mem

  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
    7 app       20   0    9060   1,5g   3176 R 106,2   0,0   0:00.01 gunicorn
    8 postgres  20   0    9060   8192   3176 R   0,0   0,0   0:00.01 postgres
    9 postgres  20   0    9060   8192   3176 R   0,0   0,0   0:00.01 postgres

top - 20:40:21 up 40 min,  0 user,  load average: 0,65, 0,00, 0,34
Tasks:   3 total,   1 running, 2 sleeping,   0 stopped,   0 zombie
%Cpu(s): 25,0 us,  5,0 sy,  0,0 ni, 60,0 id, 10,0 wa,  0,0 hi,  0,0 si,  0,0 st
KiB Mem :  1000000 total,  300000 free,    200000 used,   500000 buff/cache
KiB Swap:  1000 total,      0 free,      4 used.  700000 avail Mem

  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
    7 app       20   0    9060   1,5g   3176 R  40,0   0,0   0:00.01 gunicorn
    8 postgres  20   0    9060   8192   3176 R   6,0   0,0   0:00.01 postgres
    9 postgres  20   0    9060   8192   3176 R   2,0   0,0   0:00.01 postgres
`, `host/ load_1m 0.64@0 0.65@3
host/ memory_limit_bytes 1.024e+09@0 1.024e+09@3
host/ memory_bytes 2.048e+08@0 2.048e+08@3
host/ memory_available_bytes 7.168e+08@0 7.168e+08@3
host/ swap_used_bytes 4096@0 4096@3
app/ memory_bytes 1.61061e+09@0 1.61061e+09@3
database/ memory_rss_bytes 1.67772e+07@0 1.67772e+07@3
host/ cpu_ratio 0.3@3
host/ cpu_user_ratio 0.25@3
host/ cpu_system_ratio 0.05@3
host/ cpu_iowait_ratio 0.1@3
host/ cpu_steal_ratio 0@3
app/ cpu_cores 0.4@3
database/ cpu_cores 0.08@3
`},
	{"old top counts caches as used", at + "Mem:   1000000k total,   900000k used,   100000k free,    50000k buffers\nSwap:   1000k total,   4k used,   996k free,    350000k cached\n",
		"host/ memory_limit_bytes 1.024e+09@0\nhost/ memory_bytes 5.12e+08@0\nhost/ swap_used_bytes 4096@0\n"},
	{"uptime", at + " 18:40:18 up 3 days,  2:10,  1 user,  load average: 2.12, 1.94, 1.80\n", "host/ load_1m 2.12@0\n"},
	{"/proc/loadavg", at + "2.12 1.94 1.80 3/456 7890\n", "host/ load_1m 2.12@0\n"},
	{"free -h", at + "               total        used        free      shared  buff/cache   available\nMem:            23Gi       758Mi        20Gi        73Mi       2.7Gi        22Gi\nSwap:             0B          0B          0B\n",
		"host/ memory_limit_bytes 2.46961e+10@0\nhost/ memory_available_bytes 2.36223e+10@0\nhost/ memory_bytes 7.94821e+08@0\nhost/ swap_used_bytes 0@0\n"},
	{"free: KiB are multiples of four", at + "               total        used        free      shared  buff/cache   available\nMem:        24684084      570760    23989784        8872      512372    24113324\nSwap:              0           0           0\n",
		"host/ memory_limit_bytes 2.52765e+10@0\nhost/ memory_available_bytes 2.4692e+10@0\nhost/ memory_bytes 5.84458e+08@0\nhost/ swap_used_bytes 0@0\n"},
	{"free -b", at + "Mem:     25276502016   584155136 24565538816     9084928   524668928 24692346880\nSwap:              0           0           0\n",
		"host/ memory_limit_bytes 2.52765e+10@0\nhost/ memory_available_bytes 2.46923e+10@0\nhost/ memory_bytes 5.84155e+08@0\nhost/ swap_used_bytes 0@0\n"},
	{"free -m of a quarter of a TiB", at + "Mem:          257586       98311       20001        1003      139273      156201\n",
		"host/ memory_limit_bytes 2.70098e+11@0\nhost/ memory_available_bytes 1.63789e+11@0\nhost/ memory_bytes 1.03087e+11@0\n"},
	{"free -g", at + "Mem:              23           1          20           0           2          22\n",
		"host/ memory_limit_bytes 2.46961e+10@0\nhost/ memory_available_bytes 2.36223e+10@0\nhost/ memory_bytes 1.07374e+09@0\n"},
	{"free: 500 MiB or GiB?", at + "Mem:             503         120         101           3         281         380\n", ""},
	{"free: the command line tells", at + "$ free -g\nMem:             503         120         101           3         281         380\n",
		"host/ memory_limit_bytes 5.40092e+11@0\nhost/ memory_available_bytes 4.08022e+11@0\nhost/ memory_bytes 1.28849e+11@0\n"},
	{"old free -m", at + "             total       used       free     shared    buffers     cached\nMem:          3951       3713        238          0        194       2000\n-/+ buffers/cache:       1519       2432\nSwap:         1023          3       1020\n",
		"host/ memory_limit_bytes 4.14292e+09@0\nhost/ memory_bytes 1.59279e+09@0\nhost/ swap_used_bytes 3.14573e+06@0\n"},
	{"vmstat -t", `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC
18  0      0 21412872  36348 2837252    0    0  1102  1932  864 1797 48  8 44  0  0 2026-11-23 18:40:18
17  2      4 21412872  36348 2837252    1    0   290     4 3849 7734 70 15 10  4  1 2026-11-23 18:40:20
`, `host/ cpu_ratio 0.86@2
host/ cpu_user_ratio 0.7@2
host/ cpu_system_ratio 0.15@2
host/ cpu_iowait_ratio 0.04@2
host/ cpu_steal_ratio 0.01@2
host/ run_queue 17@2
host/ processes_blocked 2@2
host/ disk_read_bytes_per_second 296960@2
host/ disk_written_bytes_per_second 4096@2
host/ swap_used_bytes 4096@2
host/ swap_in_bytes_per_second 1024@2
host/ swap_out_bytes_per_second 0@2
`},
	{"vmstat -wt of procps 4, in a zone that several share", `--procs-- -----------------------memory---------------------- ---swap-- -----io---- -system-- ----------cpu---------- -----timestamp-----
   r    b         swpd         free         buff        cache   si   so    bi    bo   in   cs  us  sy  id  wa  st  gu                 CST
   1    0            0     24009976         5904       504132    0    0   845   366  691 1270  28   5  66   1   0   0 2026-11-23 18:40:14
   1    0            0     23468           3          473    0    0     0     0   67   83   1   1  98   0   0   0 2026-11-23 18:40:16
`, `host/ cpu_ratio 0.02@-2 local
host/ cpu_user_ratio 0.01@-2 local
host/ cpu_system_ratio 0.01@-2 local
host/ cpu_iowait_ratio 0@-2 local
host/ cpu_steal_ratio 0@-2 local
host/ run_queue 1@-2 local
host/ processes_blocked 0@-2 local
host/ disk_read_bytes_per_second 0@-2 local
host/ disk_written_bytes_per_second 0@-2 local
`},
	{"vmstat 1 2 after a time", at + ` r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st
18  0      0 21412872  36348 2837252    0    0  1102  1932  864 1797 48  8 44  0  0
17  2      0 21412870  36348 2837252    0    0   0     0 3849 7734 70 15 15  0  0
`, `host/ cpu_ratio 0.85@0
host/ cpu_user_ratio 0.7@0
host/ cpu_system_ratio 0.15@0
host/ cpu_iowait_ratio 0@0
host/ cpu_steal_ratio 0@0
host/ run_queue 17@0
host/ processes_blocked 2@0
host/ disk_read_bytes_per_second 0@0
host/ disk_written_bytes_per_second 0@0
`},
	{"pidstat with a zone of its own, 12 hours", at + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)

08:40:18 PM   UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command
08:40:20 PM     0         7    0.50    1.00    0.00    0.00    1.50     1  postgres
08:40:20 PM     0         8    0.50    1.00    0.00    0.00    1.50     1  postgres
08:40:20 PM     0         9   80.00   20.00    0.00    0.00  100.00     1  gunicorn

08:40:20 PM   UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command
08:40:22 PM     0         9   80.00   10.00    0.00    0.00   90.00     1  gunicorn

Average:      UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command
Average:        0         9    0.00    0.50    0.00    0.00    0.50     -  gunicorn
`, `host/ cpu_limit_cores 2@2 2@4
database/ cpu_cores 0.03@2 0@4
app/ cpu_cores 1@2 0.9@4
`},
	{"pidstat without an interval is since boot", at + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)

18:40:18      UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command
18:40:18        0         1    0.08    0.28    0.00    0.00    0.36     1  postgres
`, ""},
	{"pidstat -r", `Linux 6.1.0 (vm) 	23.11.2026 	_x86_64_	(2 CPU)

18:40:18      UID       PID  minflt/s  majflt/s     VSZ     RSS   %MEM  Command
18:40:19        0       388     10.89      0.00    3572    2636   0.01  redis-server
`, "host/ cpu_limit_cores 2@1 local\ncache/ memory_rss_bytes 2.69926e+06@1 local\n"},
	{"mpstat over midnight", `Linux 6.1.0 (vm) 	11/22/26 	_x86_64_	(2 CPU)

23:59:58     CPU    %usr   %nice    %sys %iowait    %irq   %soft  %steal  %guest  %gnice   %idle
23:59:59     all   10.00    0.00   10.00    5.00    0.00    0.00    0.00    0.00    0.00   75.00
23:59:59       0   20.00    0.00   20.00    0.00    0.00    0.00    0.00    0.00    0.00   60.00
23:59:59       1    0.00    0.00    0.00   10.00    0.00    0.00    0.00    0.00    0.00   90.00

23:59:59     CPU    %usr   %nice    %sys %iowait    %irq   %soft  %steal  %guest  %gnice   %idle
00:00:00     all    0.00    0.00    3.00    0.00    0.00    0.00    0.00    0.00    0.00   97.00
Average:     all    0.00    0.00    3.00    0.00    0.00    0.00    0.00    0.00    0.00   97.00
`, `host/ cpu_limit_cores 2@-67219 2@-67218 local
host/ cpu_ratio 0.2@-67219 0.03@-67218 local
host/ cpu_user_ratio 0.1@-67219 0@-67218 local
host/ cpu_system_ratio 0.1@-67219 0.03@-67218 local
host/ cpu_iowait_ratio 0.05@-67219 0@-67218 local
host/ cpu_steal_ratio 0@-67219 0@-67218 local
host/ cpu_core_max_ratio 0.4@-67219 local
`},
	{"iostat -xt: the first report is since boot", `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)

11/23/26 18:40:18
avg-cpu:  %user   %nice %system %iowait  %steal   %idle
          28.45    0.10    4.63    0.54    0.32   65.95

Device            r/s     rkB/s     w/s     wkB/s  %util
vda             73.83   1687.48    14.53  16.45   1.76


11/23/26 18:40:20
avg-cpu:  %user   %nice %system %iowait  %steal   %idle
           1.00    0.00    0.50    0.50    0.00   98.00

Device            r/s     rkB/s     w/s     wkB/s  %util
vda              1.00      1.00     0.00    2.00   50.00
`, `host/ cpu_limit_cores 2@2 local
host/ cpu_ratio 0.015@2 local
host/ cpu_user_ratio 0.01@2 local
host/ cpu_system_ratio 0.005@2 local
host/ cpu_iowait_ratio 0.005@2 local
host/ cpu_steal_ratio 0@2 local
host/vda disk_read_bytes_per_second 1024@2 local
host/vda disk_written_bytes_per_second 2048@2 local
host/vda disk_busy_ratio 0.5@2 local
`},
	{"sar -r -n DEV", `Linux 6.1.0 (vm) 	2026-11-23 	_x86_64_	(2 CPU)

18:40:18    kbmemfree   kbavail kbmemused  %memused kbbuffers  kbcached  kbcommit   %commit  kbactive   kbinact   kbdirty
18:40:19     24031552  24132496    129072      0.52      4264    211420     75548      0.31     85956    133248      1972
18:40:20     24031552  24132496    129072      0.52      4264    211420     75548      0.31     85956    133248      1972

18:40:18        IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxcmp/s   txcmp/s  rxmcst/s   %ifutil
18:40:19           lo      0.00      0.00      9.00      0.00      0.00      0.00      0.00      0.00
18:40:19         eth0      0.00      0.00      1.00      2.00      0.00      0.00      0.00      0.00
`, `host/ cpu_limit_cores 2@1 2@2 local
host/ memory_bytes 1.3217e+08@1 1.3217e+08@2 local
host/ memory_available_bytes 2.47117e+10@1 2.47117e+10@2 local
host/eth0 network_received_bytes_per_second 1024@1 local
host/eth0 network_sent_bytes_per_second 2048@1 local
`},
	{"ps gives memory only", at + `    PID COMMAND           RSS %CPU
     12 postgres         8192 99.0
     13 redis-server     4096  0.0
     14 postgres         8192  0.0
     15 bash             4096  0.0
`, "database/ memory_rss_bytes 1.67772e+07@0\ncache/ memory_rss_bytes 4.1943e+06@0\n"},
	{"docker stats", at + `CONTAINER ID   NAME             CPU %     MEM USAGE / LIMIT     MEM %     NET I/O           BLOCK I/O         PIDS
0123456789ab   shop-db-1        150.50%   12.5MiB / 2GiB        0.62%     1.5kB / 2MB       0B / 4.1kB        12
0123456789ac   shop-api-1       --        -- / --               --        --                --                --
0123456789ad   shop-grafana-1   1.00%     64MiB / 2GiB          3.12%     0B / 0B           0B / 0B           5
`, `database/shop-db-1 cpu_cores 1.505@0
database/shop-db-1 memory_bytes 1.31072e+07@0
database/shop-db-1 memory_limit_bytes 2.14748e+09@0
database/shop-db-1 network_received_bytes_total 1500@0
database/shop-db-1 network_sent_bytes_total 2e+06@0
database/shop-db-1 disk_read_bytes_total 0@0
database/shop-db-1 disk_written_bytes_total 4100@0
shop-grafana/shop-grafana-1 cpu_cores 0.01@0
shop-grafana/shop-grafana-1 memory_bytes 6.71089e+07@0
shop-grafana/shop-grafana-1 memory_limit_bytes 2.14748e+09@0
shop-grafana/shop-grafana-1 network_received_bytes_total 0@0
shop-grafana/shop-grafana-1 disk_read_bytes_total 0@0
`},
	{"docker stats, JSON", at + `{"BlockIO":"0B / 0B","CPUPerc":"3.10%","Container":"ab","ID":"ab","MemPerc":"0.50%","MemUsage":"1MiB / 1GiB","Name":"redis","NetIO":"1kB / 1kB","PIDs":"5"}
`, `cache/redis cpu_cores 0.031@0
cache/redis memory_rss_bytes 1.04858e+06@0
cache/redis memory_limit_bytes 1.07374e+09@0
cache/redis network_received_bytes_total 1000@0
cache/redis network_sent_bytes_total 1000@0
cache/redis disk_read_bytes_total 0@0
`},
	{"kubectl top pods", at + `NAME                        CPU(cores)   MEMORY(bytes)
api-7d9f8b6c5d-x2x4z        123m         45Mi
postgres-0                  2            1Gi
checkout-5f6c7d8b9c-zzzzz   <unknown>    7Mi
`, `app/api-7d9f8b6c5d-x2x4z cpu_cores 0.123@0
app/api-7d9f8b6c5d-x2x4z memory_bytes 4.71859e+07@0
database/postgres-0 cpu_cores 2@0
database/postgres-0 memory_bytes 1.07374e+09@0
checkout/checkout-5f6c7d8b9c-zzzzz memory_bytes 7.34003e+06@0
`},
	{"kubectl top nodes", at + "NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nnode-1   1500m        75%    2000Mi          25%\n",
		"host/node-1 cpu_cores 1.5@0\nhost/node-1 memory_bytes 2.09715e+09@0\nhost/node-1 cpu_ratio 0.75@0\n"},
	{"iostat -xy 1 1 after each time: it moves too much for means since boot", at + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)


avg-cpu:  %user   %nice %system %iowait  %steal   %idle
           9.00    0.00    1.00    0.00    0.00   90.00

Device            r/s     rkB/s     w/s     wkB/s  %util
vda              1.00      1.00     0.00    2.00   5.00


` + at2 + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)


avg-cpu:  %user   %nice %system %iowait  %steal   %idle
           49.00    0.00    1.00    0.00    0.00   50.00

Device            r/s     rkB/s     w/s     wkB/s  %util
vda              1.00      1.00     0.00    2.00   95.00


`, `host/ cpu_limit_cores 2@0 2@2
host/ cpu_ratio 0.1@0 0.5@2
host/ cpu_user_ratio 0.09@0 0.49@2
host/ cpu_system_ratio 0.01@0 0.01@2
host/ cpu_iowait_ratio 0@0 0@2
host/ cpu_steal_ratio 0@0 0@2
host/vda disk_read_bytes_per_second 1024@0 1024@2
host/vda disk_written_bytes_per_second 2048@0 2048@2
host/vda disk_busy_ratio 0.05@0 0.95@2
`},
	{"iostat -x after each time: means since boot", at + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)


avg-cpu:  %user   %nice %system %iowait  %steal   %idle
           9.00    0.00    1.00    0.00    0.00   90.00

Device            r/s     rkB/s     w/s     wkB/s  %util
vda              1.00      1.00     0.00    2.00   5.00


` + at2 + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)


avg-cpu:  %user   %nice %system %iowait  %steal   %idle
           9.10    0.00    1.00    0.00    0.00   89.90

Device            r/s     rkB/s     w/s     wkB/s  %util
vda              1.00      1.00     0.00    2.00   5.01


`, ""},
	{"iostat -xyh", at + `Linux 6.1.0 (vm) 	11/23/26 	_x86_64_	(2 CPU)

     f/s f_await  aqu-sz  %util Device
    1.20    0.32    0.24   1.4% vda

     f/s f_await  aqu-sz  %util Device
    0.00    0.00    0.00  95.5% vda
`, "host/ cpu_limit_cores 2@0\nhost/vda disk_busy_ratio 0.955@0\n"},
	{"iostat -o JSON, cut off", `{"sysstat": {
	"hosts": [
		{
			"nodename": "vm",
			"sysname": "Linux",
			"release": "6.18.44",
			"machine": "x86_64",
			"number-of-cpus": 2,
			"date": "11/23/26",
			"statistics": [
				{
					"timestamp": "11/23/26 18:40:18",
					"avg-cpu":  {"user": 17.19, "nice": 3.50, "system": 3.73, "iowait": 0.34, "steal": 0.54, "idle": 74.70},
					"disk": [
						{"disk_device": "vda", "r/s": 75.96, "rkB/s": 1535.79, "wkB/s": 623.66, "aqu-sz": 0.24, "util": 1.36}
					]
				},
				{
					"timestamp": "11/23/26 18:40:19",
					"avg-cpu":  {"user": 10.00, "nice": 0.00, "system": 7.00, "iowait": 3.00, "steal": 0.00, "idle": 80.00},
					"disk": [
						{"disk_device": "vda", "r/s": 0.00, "rkB/s": 1.00, "wkB/s": 2.00, "aqu-sz": 0.00, "util": 97.50},
						{"disk_device": "vdb", "r/s": 0.00, "rkB/s": 0.00, "wkB/s": 0.00, "aqu-sz": 0.00, "util": 0.50}
`, `host/ cpu_limit_cores 2@1 local
host/ cpu_ratio 0.17@1 local
host/ cpu_user_ratio 0.1@1 local
host/ cpu_system_ratio 0.07@1 local
host/ cpu_iowait_ratio 0.03@1 local
host/ cpu_steal_ratio 0@1 local
host/vda disk_read_bytes_per_second 1024@1 local
host/vda disk_written_bytes_per_second 2048@1 local
host/vda disk_busy_ratio 0.975@1 local
host/vdb disk_read_bytes_per_second 0@1 local
host/vdb disk_written_bytes_per_second 0@1 local
host/vdb disk_busy_ratio 0.005@1 local
`},
	{"sar in German", `Linux 6.1.0 (vm) 	23.11.2026 	_x86_64_	(2 CPU)

18:40:18        CPU      %usr     %nice      %sys   %iowait    %steal      %irq     %soft    %guest    %gnice     %idle
18:40:19        all      0,50     92,96      5,03      0,00      0,50      0,00      0,00      0,00      0,00      1,01
Durchschn.:     all      0,25     92,46      5,53      0,00      0,50      0,00      0,00      0,00      0,00      1,26
`, `host/ cpu_limit_cores 2@1 local
host/ cpu_ratio 0.9899@1 local
host/ cpu_user_ratio 0.9346@1 local
host/ cpu_system_ratio 0.0503@1 local
host/ cpu_iowait_ratio 0@1 local
host/ cpu_steal_ratio 0.005@1 local
`},
	{"ss -s", at + "Total: 20\nTCP:   9 (estab 6, closed 0, orphaned 1, timewait 2)\n\nTransport Total     IP        IPv6\nRAW	  0         0         0        \nUDP	  0         0         0        \nTCP	  9         9         0        \nINET	  9         9         0        \nFRAG	  0         0         0        \n\n",
		"host/ tcp_established 6@0\nhost/ tcp_orphaned 1@0\nhost/ tcp_time_wait 2@0\n"},
	{"docker stats without a head", at + "shop-db-1\t150.50%\t12.5MiB / 2GiB\nshop-redis-1: 3.10% 900kB / 2GB\nshop-web-1,0.10%,1GiB / 2GiB\n",
		`database/shop-db-1 cpu_cores 1.505@0
database/shop-db-1 memory_bytes 1.31072e+07@0
database/shop-db-1 memory_limit_bytes 2.14748e+09@0
cache/shop-redis-1 cpu_cores 0.031@0
cache/shop-redis-1 memory_rss_bytes 900000@0
cache/shop-redis-1 memory_limit_bytes 2e+09@0
app/shop-web-1 cpu_cores 0.001@0
app/shop-web-1 memory_bytes 1.07374e+09@0
app/shop-web-1 memory_limit_bytes 2.14748e+09@0
`},
	{"kubectl top pods --no-headers, and of a namespace", at + "api-7d9f8b6c5d-x2x4z        123m         45Mi\n" + at2 + "shop    postgres-0                  2000m            1Gi\n",
		"app/api-7d9f8b6c5d-x2x4z cpu_cores 0.123@0\napp/api-7d9f8b6c5d-x2x4z memory_bytes 4.71859e+07@0\ndatabase/postgres-0 cpu_cores 2@2\ndatabase/postgres-0 memory_bytes 1.07374e+09@2\n"},
	{"kubectl top nodes --no-headers", at + "node-1   1500m        75%    2000Mi          25%\n",
		"host/node-1 cpu_cores 1.5@0\nhost/node-1 memory_bytes 2.09715e+09@0\nhost/node-1 cpu_ratio 0.75@0\n"},
	{"kubectl top pods --containers", at + "POD                        NAME         CPU(cores)   MEMORY(bytes)\nshop-0                     redis        5m           7Mi\n",
		"cache/shop-0/redis cpu_cores 0.005@0\ncache/shop-0/redis memory_rss_bytes 7.34003e+06@0\n"},
}

func TestTools(t *testing.T) {
	for _, c := range tools {
		t.Run(c.name, func(t *testing.T) {
			known := false
			for _, p := range Parsers(nil) {
				known = known || p.Sniff(strings.Split(c.text, "\n"))
			}
			if !known {
				t.Error("not known by any parser")
			}
			tracks, _, err := capture.Read(strings.NewReader(c.text), "f.txt", Parsers(nil))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, figures(tracks)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestComponents(t *testing.T) {
	n := namer{[]Process{{"Checkout*", "app"}, {"search", "elastic"}}}
	for command, want := range map[string]string{
		"postgres: main app 10.0.0.1(5432) idle":         "database",
		"/usr/bin/python3 /usr/local/bin/locust -f x.py": "load_generator",
		"python3 -m gunicorn app:app":                    "app",
		"python3.11 manage.py":                           "python3.11",
		"php-fpm8.2":                                     "app",
		"checkout-svc":                                   "app",
		"search":                                         "elastic",
		"java":                                           "app",
		"redis-server *:6379":                            "cache",
		"[kworker/0:1-events]":                           "kworker/0:1-events",
	} {
		if got, _ := n.process(command); got != want {
			t.Errorf("%q is %q, want %q", command, got, want)
		}
	}
	for name, want := range map[string]string{
		"shop_redis_1": "cache", "app-db-1": "database", "postgres-exporter": "postgres-exporter", "locust-worker-2": "load_generator",
		"checkout-7d9f8b6c5d-x2x4z": "app", "web": "app", "k8s_thing": "k8s_thing", "mysql8": "database",
	} {
		if got, _ := n.container(name); got != want {
			t.Errorf("container %q is %q, want %q", name, got, want)
		}
	}
}

func TestTables(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"psutil: cpu_percent of the machine, memory", "timestamp,cpu_percent,mem_used_mb,mem_total_mb\n1795459218,25.5,512,2048\n",
			"host/ memory_limit_bytes 2.14748e+09@0\nhost/ memory_bytes 5.36871e+08@0\nhost/ cpu_ratio 0.255@0\n"},
		{"a row a process, resident sets in bytes", "time,pid,name,cpu_percent,rss\n2026-11-23T18:40:18Z,1,postgres,10,8192000\n2026-11-23T18:40:18Z,2,postgres,5,4096000\n2026-11-23T18:40:18Z,3,gunicorn,150.5,4096000\n",
			"database/ cpu_cores 0.15@0\ndatabase/ memory_rss_bytes 1.2288e+07@0\napp/ cpu_cores 1.505@0\napp/ memory_bytes 4.096e+06@0\n"},
		{"semicolons and decimal commas, no zone", "Zeit;x\n", "error"},
		{"semicolons", "timestamp;group;procs;cpu_pct;rss_mb;pss_mb\n2026-11-23 18:40:18;postgres;13;12,5;100;50,5\n",
			"database/ cpu_cores 0.125@0 local\ndatabase/ memory_bytes 5.29531e+07@0 local\ndatabase/ memory_rss_bytes 1.04858e+08@0 local\n"},
		{"docker's words in a table", "timestamp,name,cpu_perc,mem_usage\n1795459218,shop-db-1,0.50%,12MiB / 1GiB\n",
			"database/ cpu_cores 0.005@0\ndatabase/ memory_bytes 1.25829e+07@0\n"},
		{"the canonical file is another's", "Timestamp,Component,Instance,Metric,Value\n", "error"},
		{"Locust's history is another's", "Timestamp,User Count,Type,Name,Requests/s\n", "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := SniffTable([]byte(c.text)); got != (c.want != "error") {
				t.Fatal("known:", got)
			}
			if c.want == "error" {
				return
			}
			tracks, notes, err := ReadTable(strings.NewReader(c.text), "t.csv", nil)
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			if d := cmp.Diff(c.want, figures(tracks)); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzTools: no text makes a reader fail or give a ratio out of range.
func FuzzTools(f *testing.F) {
	for _, c := range tools {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tracks, _, err := capture.Read(strings.NewReader(text), "f.txt", Parsers([]Process{{"a*", "app"}}))
		if err != nil {
			t.Skip()
		}
		for _, k := range tracks {
			for _, v := range k.Value {
				if k.Metric == "cpu_ratio" && k.Component == machine && k.Instance == "" && (v < 0 || v > 1) || v < 0 {
					t.Errorf("%s %s is %v", k.Component, k.Metric, v)
				}
			}
		}
	})
}

// FuzzTable: a table gives tracks or an error.
func FuzzTable(f *testing.F) {
	f.Add([]byte("timestamp,cpu,user,nice,system,idle,iowait,steal,used_pct\n1795459220.82,cpu,83.3,1.5,14.7,0.0,0.0,0.5,100.0\n"))
	f.Add([]byte("timestamp,group,procs,cpu_pct,rss_mb,pss_mb\n1795459220.82,app,1,0.5,13.0,8.2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		SniffTable(text)
		tracks, _, err := ReadTable(strings.NewReader(string(text)), "t.csv", nil)
		if err == nil && len(tracks) > 0 && len(tracks[0].Time) == 0 {
			t.Error("a track of nothing")
		}
	})
}
