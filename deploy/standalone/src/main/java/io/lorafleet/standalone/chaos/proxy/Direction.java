// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

/** The direction of a frame. */
public enum Direction {
    /** From the process to the broker. */
    REQUEST,
    /** From the broker to the process. */
    RESPONSE
}
