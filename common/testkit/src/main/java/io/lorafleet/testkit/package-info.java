// SPDX-License-Identifier: Apache-2.0
/** Test utilities that several modules share. */
@NullMarked
package io.lorafleet.testkit;

import org.jspecify.annotations.NullMarked;
