"""Traffic for the shop of record_shop_test.go: readers, and writers that are rate-limited."""
import random

from locust import FastHttpUser, LoadTestShape, constant, task


class Reader(FastHttpUser):
    weight = 3
    wait_time = constant(0.1)

    @task
    def feed(self):
        self.client.get("/feed?id=%d" % random.randrange(4000), name="/feed", headers={"X-User-Type": "reader"})


class Writer(FastHttpUser):
    weight = 1
    wait_time = constant(0.1)

    @task
    def order(self):
        self.client.post("/orders", headers={"X-User-Type": "writer"})


class Steps(LoadTestShape):
    """Four seconds of ramp, twelve of plateau, a short tail of few users."""

    stages = ((4, 10, 3), (16, 40, 20), (20, 3, 40))

    def tick(self):
        now = self.get_run_time()
        for until, users, rate in self.stages:
            if now < until:
                return users, rate
        return None
