"""What PyTorch has and DJL's array API has not, as a TorchScript module.

It makes ../resources/io/lorafleet/diffusion/nn/kernels.pt, which the build carries along, so that Python is needed only
by whoever changes this file:

    python kernels.py ../resources/io/lorafleet/diffusion/nn/kernels.pt

Numbers come as tensors, because DJL can pass nothing else.
"""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor


class Kernels(torch.nn.Module):
    @torch.jit.export
    def attention(self, q: Tensor, k: Tensor, v: Tensor, heads: Tensor) -> Tensor:
        """(N, T, C), (N, S, C), (N, S, C) -> (N, T, C), without the T x S matrix where the device can do without."""
        h = int(heads.item())
        q, k, v = [x.view(x.size(0), x.size(1), h, x.size(2) // h).transpose(1, 2) for x in (q, k, v)]
        mixed = F.scaled_dot_product_attention(q, k, v)
        return mixed.transpose(1, 2).reshape(mixed.size(0), mixed.size(2), -1)

    @torch.jit.export
    def group_norm(self, x: Tensor, scale: Tensor, shift: Tensor, groups: Tensor, epsilon: Tensor) -> Tensor:
        return F.group_norm(x, int(groups.item()), scale, shift, float(epsilon.item()))

    @torch.jit.export
    def group_norm_silu(self, x: Tensor, scale: Tensor, shift: Tensor, groups: Tensor, epsilon: Tensor) -> Tensor:
        return F.silu(F.group_norm(x, int(groups.item()), scale, shift, float(epsilon.item())))

    @torch.jit.export
    def geglu(self, x: Tensor) -> Tensor:
        """(..., 2 C) -> (..., C): half of the values gate the other half."""
        value, gate = x.chunk(2, -1)
        return value * F.gelu(gate)

    @torch.jit.export
    def add_low_rank(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """(N, T, out) + ((N, T, in) (N, in, r)) (N, r, out)."""
        return torch.baddbmm(y, torch.bmm(x, a), b)


if __name__ == "__main__":
    torch.jit.save(torch.jit.script(Kernels()), sys.argv[1])
