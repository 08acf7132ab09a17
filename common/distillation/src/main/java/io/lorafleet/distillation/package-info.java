// SPDX-License-Identifier: Apache-2.0
/** Students of a guided model: training them, and saying how good they are. */
package io.lorafleet.distillation;
