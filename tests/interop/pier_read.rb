#!/usr/bin/ruby
# Prints the records of a Pier file with their field names, one JSON value a line: pier_read.rb FILE
# With --write FILE it makes a plain file of the JSON lines on its standard input. Needs Debian's ruby-msgpack; see
# pier_read.py, which does the same.
require "base64"
require "json"
require "msgpack"
require "zlib"

REPEATED, TYPED, SHARED, MAP, DURATION, RECORD, ENUM, ANY = 1, 8, 16, 32, 15, 16, 17, 18
ELEMENTS = { 2 => "c", 3 => "s<", 4 => "l<", 5 => "q<", 6 => "C", 7 => "S<", 8 => "L<", 9 => "Q<", 10 => "e", 11 => "E" }
Ext = Struct.new(:type, :data)
Pairs = Struct.new(:list) # a map, with the order of its keys

# The library makes a Hash of a map, and drops a key that comes twice: so maps are read pair by pair.
class Reader
  def initialize(data)
    @factory = MessagePack::Factory.new
    @factory.register_type(80, Ext, unpacker: ->(data) { Ext.new(80, data) })
    @factory.register_type(65, Ext, unpacker: ->(data) { Ext.new(65, data) })
    @factory.register_type(-1, Time, unpacker: MessagePack::Time::Unpacker)
    @unpacker = @factory.unpacker
    @unpacker.feed(data)
  end

  def each
    loop { yield read }
  rescue EOFError
    nil
  end

  def read
    Pairs.new(Array.new(@unpacker.read_map_header) { [read, read] })
  rescue MessagePack::UnexpectedTypeError
    begin
      Array.new(@unpacker.read_array_header) { read }
    rescue MessagePack::UnexpectedTypeError
      @unpacker.read
    end
  end
end

class Names
  attr_reader :closure

  def initialize(closure, classes)
    @types, @closure, @classes = closure.to_h { |type| [type[1], type] }, closure, classes
    @is_graph = closure.any? { |type| type[0].zero? && type[3].any? { |field| (field[3] & SHARED) != 0 } }
  end

  # A record. One of shared references, but within another one, is its root and a table of the other objects.
  def whole(value, within = false)
    root, table = @is_graph && !within ? value : [value, []]
    named = record(@closure[0], root, within || @is_graph)
    objects = table.each_with_index.map do |(at, slots), i|
      names, type = at >= 0 ? [self, @closure[at]] : [@classes[-at], @classes[-at].closure[0]]
      Pairs.new([["@id", i + 1], ["@type", type[1]]] + names.record(type, slots, true).list)
    end
    objects.empty? ? named : Pairs.new(named.list + [["@objects", objects]])
  end

  def one(field, value, within)
    return value && Pairs.new([["@ref", value]]) if (field[3] & SHARED) != 0

    case field[2]
    when RECORD then record(@types[field[4]], value, within)
    when ENUM then (@types[field[4]][2].find { |number, _| number == value } || [nil, value])[1]
    when DURATION then duration(*value)
    when ANY then value && of_any(@classes[value[0]], value[1], within)
    else value
    end
  end

  def of_any(names, value, within)
    Pairs.new([["@type", names.closure[0][1]]] + names.whole(value, within).list)
  end

  def duration(seconds, nanoseconds)
    digits = [0, 3, 6, 9].find { |d| (nanoseconds.abs % 10**(9 - d)).zero? }
    behind = digits.zero? ? "" : format(".%09d", nanoseconds.abs)[0..digits]
    "#{"-" if seconds.negative? || nanoseconds.negative?}#{seconds.abs}#{behind}s"
  end

  def content(field, value, within)
    if (field[3] & MAP) != 0
      key, other = @types[field[4]][3]
      Pairs.new(value.list.map { |k, v| [one(key, k, within), one(other, v, within)] })
    elsif (field[3] & TYPED) != 0
      value.data[1..].unpack("#{ELEMENTS[value.data.getbyte(0)]}*")
    else
      (field[3] & REPEATED) != 0 ? value.map { |item| one(field, item, within) } : one(field, value, within)
    end
  end

  def record(type, slots, within)
    slots, seen = slots.dup, []
    Pairs.new(type[3].filter_map do |field|
      next if field[5] && seen.include?(field[5]) # a oneof has one slot

      value = slots.shift
      seen << field[5]
      field, value = type[3].find { |f| f[0] == value[0] }, value[1] if field[5] && value
      value.nil? ? nil : [field[1], content(field, value, within)]
    end)
  end
end

def each_record(data, classes, &block)
  current = is_raw = nil
  Reader.new(data).each do |value|
    if !value.is_a?(Ext) || value.type != 80
      block.call(current ? current.whole(value) : value) unless is_raw
    elsif value.data.bytesize <= 2
      current = classes[value.data.bytes.each_with_index.sum { |byte, i| byte << 8 * i }]
    elsif value.data.getbyte(0) == 0x10
      id, _, closure = Reader.new(value.data[1..]).read
      classes[id] = Names.new(closure, classes)
    elsif value.data.getbyte(0) == 0x11
      each_record(Zlib::Inflate.new(-15).inflate(value.data[1..]), classes, &block)
    else
      current, is_raw = nil, value.data.getbyte(0) == 4
      classes.clear if value.data.getbyte(0).zero? || (value.data.getbyte(1) & 4) != 0
    end
  end
end

def as_json(value)
  case value
  when Pairs
    keys = value.list.map(&:first)
    plain = keys.all?(String) && keys.uniq.size == keys.size && !(keys.size == 1 && keys[0].start_with?("$"))
    plain ? value.list.to_h { |k, v| [k, as_json(v)] } : { "$map" => value.list.map { |pair| pair.map { |v| as_json(v) } } }
  when Time then { "$time" => [value.to_i, value.nsec] }
  when String then value.encoding == Encoding::BINARY ? { "$bin" => Base64.strict_encode64(value) } : value
  when Array then value.map { |item| as_json(item) }
  else value
  end
end

if ARGV[0] == "--write"
  File.binwrite(ARGV[1], $stdin.each_line.map { |line| JSON.parse(line).to_msgpack }.join)
else
  each_record(File.binread(ARGV[0]), {}) { |record| puts JSON.generate(as_json(record)) }
end
