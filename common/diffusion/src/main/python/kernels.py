"""PyTorch operations that DJL's array API lacks, as a TorchScript module.

This script creates ../resources/io/lorafleet/diffusion/nn/kernels.pt, which is checked in, so that Python is needed only to change
this file:

    python kernels.py ../resources/io/lorafleet/diffusion/nn/kernels.pt

Numbers are passed as tensors, because DJL supports no other arguments.
"""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor


class Kernels(torch.nn.Module):
    @torch.jit.export
    def attention(self, q: Tensor, k: Tensor, v: Tensor, heads: Tensor) -> Tensor:
        """(N, T, C), (N, S, C), (N, S, C) -> (N, T, C), without the T x S matrix if the device does not need it."""
        h = int(heads.item())
        q, k, v = [x.view(x.size(0), x.size(1), h, x.size(2) // h).transpose(1, 2) for x in (q, k, v)]
        mixed = F.scaled_dot_product_attention(q, k, v)
        return mixed.transpose(1, 2).reshape(mixed.size(0), mixed.size(2), -1)

    @torch.jit.export
    def group_norm(self, x: Tensor, scale: Tensor, shift: Tensor, groups: Tensor, epsilon: Tensor) -> Tensor:
        g = int(groups.item())
        few = x.size(1) < 8 * g and x.is_contiguous(memory_format=torch.channels_last)
        if few:
            return self.group_norm_of_few(x, scale, shift, g, float(epsilon.item()))
        return F.group_norm(x, g, scale, shift, float(epsilon.item()))

    def group_norm_of_few(self, x: Tensor, scale: Tensor, shift: Tensor, groups: int, epsilon: float) -> Tensor:
        """PyTorch's implementation processes the channels of a group pixel by pixel, which is slow for few channels."""
        n, c, h, w = x.shape
        tokens = x.permute(0, 2, 3, 1).reshape(n, h * w, c)
        centred = tokens - self.group_mean(tokens, groups)
        deviation = torch.sqrt(self.group_mean(centred * centred, groups) + epsilon)
        normal = torch.addcmul(shift, centred, scale / deviation)
        return normal.view(n, h, w, c).permute(0, 3, 1, 2)

    def group_mean(self, tokens: Tensor, groups: int) -> Tensor:
        """(N, T, C) -> (N, 1, C), the mean of the group of each channel."""
        n, c = tokens.size(0), tokens.size(2)
        means = tokens.mean(1).view(n, groups, c // groups).mean(2, keepdim=True)
        return means.expand(n, groups, c // groups).reshape(n, 1, c)

    @torch.jit.export
    def group_norm_silu(self, x: Tensor, scale: Tensor, shift: Tensor, groups: Tensor, epsilon: Tensor) -> Tensor:
        return F.silu(self.group_norm(x, scale, shift, groups, epsilon))

    @torch.jit.export
    def upsample(self, x: Tensor, height: Tensor, width: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, height, width) by repeating the nearest value."""
        return torch.ops.aten.upsample_nearest2d(x, [int(height.item()), int(width.item())])

    @torch.jit.export
    def geglu(self, x: Tensor) -> Tensor:
        """(..., 2 C) -> (..., C): half of the values gate the other half."""
        value, gate = x.chunk(2, -1)
        return value * F.gelu(gate)

    @torch.jit.export
    def add_low_rank(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """(N, ..., out) + ((n, ..., in) (n, in, r)) (n, r, out) in the first n rows, in place."""
        n = a.size(0)
        tokens = x.narrow(0, 0, n).reshape(n, -1, a.size(1))
        y.narrow(0, 0, n).view(n, -1, b.size(2)).baddbmm_(torch.bmm(tokens, a), b)
        return y

    @torch.jit.export
    def add_low_rank_pointwise(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """add_low_rank for each pixel: (N, out, H, W) + ((n, in, H, W) (n, in, r)) (n, r, out), in place."""
        n = a.size(0)
        pixels = x.narrow(0, 0, n).permute(0, 2, 3, 1).reshape(n, -1, a.size(1))
        out = y.narrow(0, 0, n).permute(0, 2, 3, 1)
        if out.is_contiguous():  # the channels of a pixel are adjacent in memory
            out.view(n, -1, b.size(2)).baddbmm_(torch.bmm(pixels, a), b)
        else:
            out.add_(torch.bmm(torch.bmm(pixels, a), b).view(out.size()))
        return y


if __name__ == "__main__":
    torch.jit.save(torch.jit.script(Kernels()), sys.argv[1])
