// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.ImageFormat;

/**
 * How a client of OpenAI's API wants its images.
 *
 * @param base64 in the answer; else only where they are
 * @param quality 0 to 100, of a format that loses something
 * @param stream as events, while the image comes to be
 * @param previews at most so many of them in the stream
 */
record OpenAiDelivery(boolean base64, ImageFormat format, int quality, boolean stream, int previews) {}
