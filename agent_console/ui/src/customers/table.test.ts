import { describe, expect, it } from "vitest";
import { columnsOf, decoded, encodingOf, fieldOf, missingOf, rowsOf, saidOf } from "./table";

const bytesOf = (text: string) => new TextEncoder().encode(text).buffer;
/** 客户 in GB 18030. */
const GB = new Uint8Array([0xbf, 0xcd, 0xbb, 0xa7]).buffer;

describe("a table's columns", () => {
  it("are read with what the first row has, whichever sign divides them", () => {
    expect(columnsOf("name;number\r\nChen Wei;0755 1\r\nx;y")).toEqual([
      { title: "name", example: "Chen Wei" },
      { title: "number", example: "0755 1" },
    ]);
    expect(columnsOf("name\tid").map(({ title }) => title)).toEqual(["name", "id"]);
  });

  it("may have quotes, commas and line ends in their values", () => {
    const text = '\uFEFFname,notes,id\n"Chen, Wei","said ""yes""\nand went",7\n';
    expect(columnsOf(text)).toEqual([
      { title: "name", example: "Chen, Wei" },
      { title: "notes", example: 'said "yes"\nand went' },
      { title: "id", example: "7" },
    ]);
  });

  it("are none of an empty table", () => {
    expect(columnsOf("\n")).toEqual([{ title: "", example: "" }]);
  });

  it("are known by their usual names", () => {
    expect(["Phone 2", "Customer-ID", "Mobile1", "Kundennr"].map(fieldOf)).toEqual([
      "numbers",
      "customer_id",
      "numbers",
      null,
    ]);
  });
});

describe("a table's rows", () => {
  it("are counted without its titles and empty ends", () => {
    expect([rowsOf("name,id\nChen,1\r\nLin,2\n\n"), rowsOf("name,id"), rowsOf("")]).toEqual([2, 0, 0]);
  });
});

describe("what somebody says of columns", () => {
  it("is told only where the title does not say it", () => {
    expect(saidOf({ Kundennr: "accounts", phone: "numbers", "Name=2": "name" })).toEqual([
      "Kundennr=accounts",
      "Name=2=name",
    ]);
  });

  it("is needed where nothing tells whose a row is, or two columns are the same", () => {
    const of = (...titles: string[]) => titles.map((title) => ({ title, example: "" }));
    expect(missingOf(of("name", "Kundennr"), {})).toBe("telling");
    expect(missingOf(of("name", "Kundennr"), { Kundennr: "accounts" })).toBeNull();
    expect(missingOf(of("name", "full name", "phone1", "phone2"), {})).toBe("name");
    expect(missingOf(of("phone1", "phone2"), {})).toBeNull();
  });
});

describe("a file's letters", () => {
  it("are Unicode where they can be, else what spreadsheets write where the reader lives", () => {
    expect(encodingOf(bytesOf("客户"), "zh")).toBe("utf-8");
    expect([encodingOf(GB, "zh"), encodingOf(GB, "en")]).toEqual(["gb18030", "windows-1252"]);
    expect(encodingOf(new Uint8Array([0xff, 0xfe, 0x41, 0]).buffer, "en")).toBe("utf-16le");
  });

  it("are read as they are written, or not at all", () => {
    expect(decoded(GB, "gb18030")).toBe("客户");
    expect(decoded(GB, "utf-8")).toBeNull();
  });
});
