// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.ImageFormat;

/**
 * The requested form of the images.
 *
 * @param base64 whether the response contains the images; otherwise it contains URLs
 * @param quality 0 to 100, for lossy formats
 * @param stream whether to respond with events
 * @param previews maximum number of previews in the stream
 */
record OpenAiDelivery(boolean base64, ImageFormat format, int quality, boolean stream, int previews) {}
