/** LoRA adapters: the versions that requests may name, and how a new one gets in. */
package io.lorafleet.gateway.adapter;
