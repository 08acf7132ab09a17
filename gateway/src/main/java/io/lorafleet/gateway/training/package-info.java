// SPDX-License-Identifier: Apache-2.0
/** The state of the training runs, derived from the trainers' events. */
@NullMarked
package io.lorafleet.gateway.training;

import org.jspecify.annotations.NullMarked;
