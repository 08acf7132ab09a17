// SPDX-License-Identifier: Apache-2.0
/** Read-only endpoints for operators: fleet, workers and training runs. */
@NullMarked
package io.lorafleet.gateway.http.fleet;

import org.jspecify.annotations.NullMarked;
