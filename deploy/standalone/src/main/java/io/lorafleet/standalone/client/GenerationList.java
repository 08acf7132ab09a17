// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.List;

/** A page of generations in a gateway response, newest first. */
public record GenerationList(List<GenerationStatus> generations) {}
