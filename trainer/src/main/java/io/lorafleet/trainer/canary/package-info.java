// SPDX-License-Identifier: Apache-2.0
/** The canary analysis: compares a new version with the stable version on live requests. */
@NullMarked
package io.lorafleet.trainer.canary;

import org.jspecify.annotations.NullMarked;
