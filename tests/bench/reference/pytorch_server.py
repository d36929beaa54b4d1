"""A training server of PyTorch and pyzmq, written the straightforward way: what weir is compared with.

One thread receives steps from a PULL socket into a reservoir of two lists under a lock; the main thread draws batches from it through a
DataLoader and trains a multilayer perceptron. Prints {"samples_per_second": …}, from the first batch to the last."""

import argparse
import itertools
import json
import os
import random
import struct
import threading
import time

import numpy
import torch
import zmq

INPUTS = 6
MEAN, DEVIATION = 300.0, 80.0
HEADER = struct.Struct("<2Q6d")  # simulation, step; five parameters, time


class Reservoir:
    """Draws evenly among seen and unseen samples; an arrival evicts a seen one, and waits while all are unseen."""

    def __init__(self, capacity, watermark):
        self.capacity, self.watermark = capacity, watermark
        self.seen, self.unseen = [], []
        self.changed = threading.Condition()

    def put(self, sample):
        with self.changed:
            self.changed.wait_for(lambda: len(self.unseen) < self.capacity)
            if len(self.seen) + len(self.unseen) == self.capacity:
                take(self.seen, random.randrange(len(self.seen)))
            self.unseen.append(sample)
            self.changed.notify_all()

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: len(self.seen) + len(self.unseen) >= self.watermark)
            place = random.randrange(len(self.seen) + len(self.unseen))
            if place < len(self.seen):
                return self.seen[place]
            sample = take(self.unseen, place - len(self.seen))
            self.seen.append(sample)
            self.changed.notify_all()
            return sample


def take(samples, place):
    samples[place], samples[-1] = samples[-1], samples[place]
    return samples.pop()


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, reservoir):
        self.reservoir = reservoir

    def __iter__(self):
        while True:
            yield self.reservoir.get()


def receive(socket, reservoir):
    while True:
        header, values = socket.recv_multipart()
        inputs = numpy.array(HEADER.unpack(header)[2:], dtype=numpy.float32)
        field = (numpy.frombuffer(values, dtype=numpy.float32) - MEAN) / DEVIATION
        reservoir.put((torch.from_numpy((inputs - 300) / 200), torch.from_numpy(field)))


def train(batches, model, optimizer):
    loss_function = torch.nn.MSELoss()
    start, samples = None, 0
    for batch, (inputs, targets) in enumerate(batches):
        start = start or time.perf_counter()
        optimizer.zero_grad()
        loss = loss_function(model(inputs), targets)
        loss.backward()
        optimizer.step()
        samples += len(inputs)
        if batch % 100 == 0:
            loss.item()  # what a log would show
    return samples / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True)
    for name in ("values", "batch", "batches", "capacity", "watermark", "threads"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--fused", action="store_true", help="ask Adam for its fused kernel")
    options = parser.parse_args()
    torch.set_flush_denormal(True)  # as weir: otherwise it is five times as slow on some processors, which is not the point
    torch.set_num_threads(options.threads)

    socket = zmq.Context().socket(zmq.PULL)
    socket.bind(options.endpoint)
    reservoir = Reservoir(options.capacity, options.watermark)
    threading.Thread(target=receive, args=(socket, reservoir), daemon=True).start()

    model = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Linear(256, options.values))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4, fused=options.fused or None)
    loader = torch.utils.data.DataLoader(Stream(reservoir), batch_size=options.batch)
    print(json.dumps({"samples_per_second": train(itertools.islice(loader, options.batches), model, optimizer)}), flush=True)
    os._exit(0)  # the receiver waits for steps


main()
