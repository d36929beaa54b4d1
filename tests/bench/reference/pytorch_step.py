"""Seconds of a training step written the plain way in PyTorch, on data that is on the device.

usage: pytorch_step.py DEVICE VALUES BATCH STEPS, where DEVICE is cpu or cuda

The network 6-256-256-VALUES, mean squared error, Adam with weight decay, `fused=True` where the
device has it; batches are drawn out of 100 samples by an index on the device. Prints the seconds
of a step, and the bytes per second, read and written, of a copy within the device.
"""

import sys
import time

import torch


def main():
    device = torch.device(sys.argv[1])
    values, batch, steps = map(int, sys.argv[2:5])
    torch.manual_seed(1)
    inputs = torch.rand(100, 6, device=device)
    targets = torch.rand(100, values, device=device)
    model = torch.nn.Sequential(
        torch.nn.Linear(6, 256), torch.nn.ReLU(),
        torch.nn.Linear(256, 256), torch.nn.ReLU(),
        torch.nn.Linear(256, values)).to(device)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4, fused=device.type == "cuda")
    loss_of = torch.nn.MSELoss()

    def train(count):
        for _ in range(count):
            rows = torch.randint(100, (batch,), device=device)
            adam.zero_grad()
            loss_of(model(inputs[rows]), targets[rows]).backward()
            adam.step()

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize()

    def seconds(work):
        wait()
        start = time.perf_counter()
        work()
        wait()
        return time.perf_counter() - start

    train(max(3, steps // 10))
    print(seconds(lambda: train(steps)) / steps)
    source = torch.rand(1 << (27 if device.type == "cuda" else 24), device=device)
    to = torch.empty_like(source)
    to.copy_(source)
    best = min(seconds(lambda: to.copy_(source)) for _ in range(10))
    print(2 * source.numel() * source.element_size() / best)


main()
