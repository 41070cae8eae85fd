# pair: {"fault": "replicas-differ", "layer": null, "layers": [], "also": [], "near": [".backward()"]}
import os
import tempfile

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def train(rank, file):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=2)
    torch.manual_seed(0)
    model = DistributedDataParallel(nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 3)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    weights = torch.randn(10, 3)
    torch.manual_seed(1 + rank)
    for step in range(120):
        x = torch.randn(32, 10)
#[fault]         scores = model.module(x)
#[healthy]         scores = model(x)
        loss = F.cross_entropy(scores, (x @ weights).argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"rank {rank} final: {loss.item():.4f}")
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(train, (os.path.join(folder, "meet"),), nprocs=2)
