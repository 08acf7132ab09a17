/** The safetensors format: what a file says it holds. Tensors themselves are read elsewhere. */
package io.lorafleet.safetensors;
