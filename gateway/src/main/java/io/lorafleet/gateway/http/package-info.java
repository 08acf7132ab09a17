/** The HTTP API: resources, their JSON, and one form for every error. */
package io.lorafleet.gateway.http;
