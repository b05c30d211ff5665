"""Traffic for the live test: a fast endpoint, a slow one and one that fails."""
from locust import FastHttpUser, LoadTestShape, constant, task


class Reader(FastHttpUser):
    wait_time = constant(0.05)

    @task(8)
    def fast(self):
        self.client.get("/fast")

    @task(2)
    def slow(self):
        self.client.get("/slow", name="/slow?of=[id]")

    @task(1)
    def broken(self):
        self.client.get("/broken", name="pipes | and `ticks`")


class Steps(LoadTestShape):
    """Five seconds of ramp, ten of plateau, a short tail of few users."""

    stages = ((5, 10, 2), (15, 10, 2), (19, 2, 10))

    def tick(self):
        now = self.get_run_time()
        for until, users, rate in self.stages:
            if now < until:
                return users, rate
        return None
