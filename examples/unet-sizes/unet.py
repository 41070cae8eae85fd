"""A U-Net on a picture that can't be halved four times.

Each level halves the picture and doubles it again on the way up; 225 becomes 224 on the way, and the skip connection
no longer fits. Over the class the hover says what `forward` accepts: sizes that 16 divides.
"""

import torch
from torch import nn


def double_conv(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, kernel_size=2, stride=2)
        self.conv = double_conv(2 * outputs, outputs)

    def forward(self, x, skip):
        x = self.up(x)
        return self.conv(torch.cat([skip, x], dim=1))


class UNet(nn.Module):
    def __init__(self, channels=3, classes=2, width=16):
        super().__init__()
        widths = [width * 2**level for level in range(5)]
        self.stem = double_conv(channels, widths[0])
        self.downs = nn.ModuleList([double_conv(a, b) for a, b in zip(widths, widths[1:])])
        self.ups = nn.ModuleList([Up(b, a) for a, b in zip(widths[-2::-1], widths[:0:-1])])
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(width, classes, kernel_size=1)

    def forward(self, x):
        x = self.stem(x)
        skips = []
        for down in self.downs:
            skips.append(x)
            x = down(self.pool(x))
        for up, skip in zip(self.ups, reversed(skips)):
            x = up(x, skip)
        return self.head(x)


if __name__ == "__main__":
    model = UNet()
    print(model(torch.randn(1, 3, 224, 224)).shape)
    print(model(torch.randn(1, 3, 225, 225)).shape)
