// SPDX-License-Identifier: Apache-2.0
/** The API of AUTOMATIC1111's web UI, on top of the gateway's own API. It is off by default. */
@NullMarked
package io.lorafleet.gateway.http.sdapi;

import org.jspecify.annotations.NullMarked;
