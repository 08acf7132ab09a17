// SPDX-License-Identifier: Apache-2.0
/** Events of training runs and of the canary analysis. */
@NullMarked
package io.lorafleet.messages.training;

import org.jspecify.annotations.NullMarked;
