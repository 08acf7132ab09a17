// SPDX-License-Identifier: Apache-2.0
/** The client for the gateway's HTTP API, with its request bodies and responses. */
@NullMarked
package io.lorafleet.standalone.client;

import org.jspecify.annotations.NullMarked;
