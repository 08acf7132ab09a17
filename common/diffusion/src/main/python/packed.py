"""Products with weights in the layout that oneDNN prefers for the processor, as a TorchScript module. Numbers are
passed as tensors, because DJL supports no other arguments.

PyTorch reorders the weights of a convolution for each call, and multiplies matrices with MKL, which is slow on
non-Intel processors. This module reorders the weights once, when a model is loaded. It does not
support gradients.

Weights may be rounded to bfloat16. Their inputs are then also rounded, and the sums are float32.

This script creates ../resources/io/lorafleet/diffusion/nn/packed.pt, which is checked in, so that Python is needed only to change
this file:

    python packed.py ../resources/io/lorafleet/diffusion/nn/packed.pt
"""

import sys
from typing import Optional

import torch
from torch import Tensor


class Packed(torch.nn.Module):
    @torch.jit.export
    def takes_bfloat16(self, nothing: Tensor) -> Tensor:
        return torch.tensor(torch.ops.mkldnn._is_mkldnn_bf16_supported())

    @torch.jit.export
    def pack_linear(self, weight: Tensor, rounded: Tensor) -> Tensor:
        return torch.ops.mkldnn._reorder_linear_weight(self.stored(weight, rounded))

    def stored(self, weight: Tensor, rounded: Tensor) -> Tensor:
        return weight.to(torch.bfloat16 if bool(rounded.item()) else torch.float32)

    @torch.jit.export
    def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
        """(..., in) -> (..., out)"""
        if bias is not None:
            bias = bias.to(weight.dtype)
        return torch.ops.mkldnn._linear_pointwise(x.to(weight.dtype), weight, bias, "none", [], "").to(x.dtype)

    @torch.jit.export
    def linear_without_bias(self, x: Tensor, weight: Tensor) -> Tensor:
        return self.linear(x, weight, None)

    @torch.jit.export
    def pointwise(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """A 1x1 convolution, (N, in, H, W) -> (N, out, H, W): the same product for each pixel."""
        return self.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)

    @torch.jit.export
    def pack_convolution(self, weight: Tensor, stride: Tensor, padding: Tensor, height: Tensor, width: Tensor,
                         rounded: Tensor) -> Tensor:
        """The best layout depends on the processor and, for a few channel counts, on the image size."""
        plain = weight.to_dense() if weight.is_mkldnn else self.stored(weight, rounded)
        size = [1, weight.size(1), int(height.item()), int(width.item())]
        p, s = int(padding.item()), int(stride.item())
        return torch.ops.mkldnn._reorder_convolution_weight(plain, [p, p], [s, s], [1, 1], 1, size)

    @torch.jit.export
    def layout(self, weight: Tensor) -> Tensor:
        """The layout as bytes, which are equal for equal layouts."""
        return torch.ops.mkldnn._get_mkldnn_serialized_md(weight)

    @torch.jit.export
    def layout_for(self, shape: Tensor, stride: Tensor, padding: Tensor, height: Tensor, width: Tensor,
                   rounded: Tensor) -> Tensor:
        """The layout for weights of this shape."""
        out, channels, kernel = int(shape[0].item()), int(shape[1].item()), int(shape[2].item())
        return self.layout(self.pack_convolution(
            torch.empty([out, channels, kernel, kernel]), stride, padding, height, width, rounded))

    @torch.jit.export
    def convolution(self, x: Tensor, weight: Tensor, bias: Tensor, stride: Tensor, padding: Tensor) -> Tensor:
        """(N, in, H, W) -> (N, out, H', W'), with the channels of a pixel adjacent in memory."""
        x = x.contiguous(memory_format=torch.channels_last)
        p, s = int(padding.item()), int(stride.item())
        y = torch.ops.mkldnn._convolution_pointwise(
            x.to(weight.dtype), weight, bias.to(weight.dtype), [p, p], [s, s], [1, 1], 1, "none", [], "")
        return y.to(x.dtype)


if __name__ == "__main__":
    torch.jit.save(torch.jit.script(Packed()), sys.argv[1])
