# pair: {"fault": "lr-too-high", "layer": null, "layers": [], "also": ["not-learning", "loss-divergence", "loss-oscillation", "collapsed-output"], "framework": "transformers"}
"""The Trainer of transformers with a small BERT, made here."""
import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

torch.manual_seed(0)


class Words(Dataset):
    """Sequences whose first word says their class."""

    def __init__(self, n):
        self.words = torch.randint(2, 50, (n, 12))
        self.labels = torch.randint(0, 2, (n,))
        self.words[:, 0] = self.labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return {"input_ids": self.words[i], "attention_mask": torch.ones(12, dtype=torch.long), "labels": self.labels[i]}


config = BertConfig(vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
arguments = TrainingArguments(
    output_dir="out", num_train_epochs=6, per_device_train_batch_size=16, use_cpu=True,
#[fault]     learning_rate=1.0,
#[healthy]     learning_rate=2e-3,
    report_to=[], save_strategy="no", eval_strategy="epoch", disable_tqdm=True, logging_steps=20,
)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=Words(512), eval_dataset=Words(64))
trainer.train()
print("steps", trainer.state.global_step)
