// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

/**
 * A gateway response.
 *
 * @param json the body
 * @param value the parsed body
 */
public record Response<T>(String json, T value) {}
