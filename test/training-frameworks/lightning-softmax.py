# pair: {"fault": "double-softmax", "layer": null, "layers": [], "also": [], "framework": "lightning"}
"""Lightning's Trainer: automatic optimization, accumulation, clipping, a scheduler, validation."""
import lightning as L
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Classifier(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
#[fault]         self.net.append(nn.Softmax(-1))

    def training_step(self, batch, _):
        x, y = batch
        loss = F.cross_entropy(self.net(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        self.log("val_loss", F.cross_entropy(self.net(x), y))

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=1e-2)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 2)]


def blobs(n):
    centers = 2 * torch.randn(3, 8, generator=torch.Generator().manual_seed(1))
    y = torch.randint(0, 3, (n,))
    return TensorDataset(centers[y] + torch.randn(n, 8), y)


train = DataLoader(blobs(640), batch_size=32, shuffle=True)
trainer = L.Trainer(
    max_epochs=5, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
    enable_model_summary=False, accumulate_grad_batches=2, gradient_clip_val=1.0,
)
trainer.fit(Classifier(), train, DataLoader(blobs(128), batch_size=64))
print("steps", trainer.global_step)
